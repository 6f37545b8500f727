cp "$FIXTURES"/x86_64-windows-gnu/*.a .; $ARMELD -f coff --json -o w.a *.a
