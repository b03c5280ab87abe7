#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Beside .htaccess, mode 755. The program and its configuration stay outside
# the web tree. mod_fcgid gives no environment, not even HOME: put your home
# directory in its place.
ENTREPOT_CONFIG=/home/USER/entrepot.conf exec /home/USER/bin/entrepot
