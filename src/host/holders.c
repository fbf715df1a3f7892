#include "host/holders.h"
