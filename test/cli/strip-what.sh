cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; for what in bitcode debug locals comments; do $ARMELD strip -d $what --$what liba.a | tail -n 1; done
