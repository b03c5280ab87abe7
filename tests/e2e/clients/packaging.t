#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Versions, specifiers, requirements and names as the library that pip and the
# other clients decide with reads them: random ones, valid and damaged, the same
# in each run. PEP440_SEED=N asks others.

. "$(dirname "$0")/../../support/house.sh"

# The library of the distribution, whatever else is on the PATH.
python=/usr/bin/python3
"$python" -c 'import packaging' 2>/dev/null || skip_all "no packaging"
build=$(house_build) || bail "entrepot has not been built"
reader=$(program_in "$build" e2e/pep440) || bail "pep440 has not been built"
seed=${PEP440_SEED:-440}
echo "# seed $seed"

compare() { "$python" "$support/pep440.py" --seed "$seed" --count "$1" "$reader" "$2"; }

it "versions are valid, written and pre-releases as packaging says" compare 8000 versions
it "versions and their keys are ordered as packaging orders them" compare 100000 order
it "specifiers are valid and written as packaging writes them" compare 8000 specifiers
it "specifiers ask for pre-releases as packaging says" compare 5000 wishes
it "versions satisfy the specifiers that packaging says they satisfy" compare 100000 matches
it "of several versions those are chosen that packaging would choose" compare 3000 choices
it "requirements are valid and written as packaging writes them" compare 8000 requirements
it "names are valid, and normal, as packaging has them" compare 4000 names

done_testing
