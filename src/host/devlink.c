#include "host/devlink.h"
