/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For what ends the process on purpose.
 */
#ifndef ENTREPOT_TESTS_DIES_H
#define ENTREPOT_TESTS_DIES_H

/* Run FN in a child; its wait status. What it writes to standard error is lost. */
int dies(void (*fn)(void));

#endif
