/* musl's own defines a struct that linux/prctl.h has, too. */
#pragma once
#include <linux/prctl.h>

int prctl(int option, ...);
