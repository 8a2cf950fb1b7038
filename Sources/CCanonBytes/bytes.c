// The functions are inline; this file makes the header a target.
#include "canon_bytes.h"
