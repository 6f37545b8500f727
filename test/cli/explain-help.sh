$ARMELD explain --help | head -n 8
