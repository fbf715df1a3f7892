#include "host/helper.h"
