#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Beside .htaccess, mode 755. The program and its configuration stay outside
# the web tree; the environment of such a host holds neither.
ENTREPOT_CONFIG="$HOME/entrepot.conf" exec "$HOME/bin/entrepot"
