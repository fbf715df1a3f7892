#include "daemon/check-call.h"
