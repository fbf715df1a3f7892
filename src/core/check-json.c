#include "core/check-json.h"
