cp "$FIXTURES"/aarch64-apple/*.a .; $ARMELD --json -o w.a *.a | sed -n "/proof/,/variants/p"
