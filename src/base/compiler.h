/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler can check for us, spelled once.
 */
#ifndef ENTREPOT_BASE_COMPILER_H
#define ENTREPOT_BASE_COMPILER_H

/* The caller has to look at the result. */
#define MUST_CHECK __attribute__((warn_unused_result))
/* The a-th argument is a printf format, the b-th the first one it formats. */
#define PRINTF(a, b) __attribute__((format(printf, a, b)))
#define NORETURN __attribute__((noreturn))

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
