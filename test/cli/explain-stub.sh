cd "$FIXTURES"/x86_64-windows-gnu && $ARMELD explain liba.a "*dllh.o"
