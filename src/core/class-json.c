#include "core/class-json.h"
