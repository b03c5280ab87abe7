#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What mod_fcgid starts, beside .htaccess and with mode 755. Everything else is
# outside the web tree. mod_fcgid gives no environment, not even HOME, so the
# paths are complete; arguments are left alone, because a server that takes this
# for a CGI program fills them from the query.
ENTREPOT_CONFIG=/home/USER/entrepot/entrepot.conf exec /home/USER/entrepot/bin/entrepot
