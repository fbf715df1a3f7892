#include "core/words.h"
