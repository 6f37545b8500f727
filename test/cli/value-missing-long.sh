$ARMELD liba.a --output-dir
