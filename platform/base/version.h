/*
 * version: of this program, A.B.C.D: the extension's and the packages'.
 */
#pragma once

extern const char version_text[];
