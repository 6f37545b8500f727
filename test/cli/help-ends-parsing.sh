$ARMELD --help --frobnicate | head -n 1
