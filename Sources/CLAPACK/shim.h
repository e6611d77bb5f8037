#pragma once
// LAPACKE's complex types are C99's, which Swift does not import; only real matrices are used.
#include <cblas.h>
#include <lapacke.h>
