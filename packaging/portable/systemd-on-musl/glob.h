/* glibc's extensions of glob(), for sources that must compile but are not linked: nothing here works. */
#pragma once
#include_next <glob.h>
#define GLOB_BRACE 0
#define GLOB_ALTDIRFUNC 0
#define gl_closedir __dummy2[0]
#define gl_readdir __dummy2[1]
#define gl_opendir __dummy2[2]
#define gl_lstat __dummy2[3]
#define gl_stat __dummy2[4]
