#ifndef CANON_VERSION_H
#define CANON_VERSION_H
/// The commit the binary was built from, with "-dirty" when the tree had changes; "" when unknown.
const char *canon_commit(void);
#endif
