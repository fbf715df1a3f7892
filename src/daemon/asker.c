#include "daemon/asker.h"
