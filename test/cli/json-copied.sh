cp "$FIXTURES"/x86_64-windows-gnu/*.a .; $ARMELD --json -o w.a *.a | sed -n "/proof/,/variants/p"
