/*
 * Yes, no, or not known: what was not read is never taken for "off".
 */
#pragma once

enum tri {
        TRI_UNKNOWN = -1,
        TRI_NO = 0,
        TRI_YES = 1,
};
