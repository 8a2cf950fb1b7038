#include "canon_version.h"
const char *canon_commit(void) { return CANON_COMMIT; }
