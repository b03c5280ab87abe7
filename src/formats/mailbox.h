/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of mailboxes as people write them into package metadata: "Ann Lee
 * <ann@registry.example>, bob@registry.example" (RFC 5322, 3.4; groups,
 * comments and quoted names included), read as Python's e-mail library does.
 */
#ifndef ENTREPOT_FORMATS_MAILBOX_H
#define ENTREPOT_FORMATS_MAILBOX_H

#include "base/span.h"

struct arena;

/* Longest address, and longest name of a host and label of one, in bytes. */
#define MAILBOX_MAX 254
#define MAILBOX_HOST_MAX 253
#define MAILBOX_LABEL_MAX 63

/*
 * The address that comes first in LIST, on A; empty when there is none, as in
 * "Ann <>". It need not be valid: text without an address is its first word.
 */
struct span mailbox_first(struct arena *a, struct span list);

/*
 * Why ADDRESS is none that mail can be sent to, as a sentence on A; NULL when it
 * is one. Local parts may be in any script (RFC 6531); quoted ones and numeric
 * hosts are refused.
 */
const char *mailbox_fault(struct arena *a, struct span address);

/* All addresses of LIST with ", " between, on A; NULL when there is none, or one of them has no "@". */
const char *mailbox_join(struct arena *a, struct span list);

#endif
