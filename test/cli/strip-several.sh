cp "$FIXTURES"/x86_64-linux-debug/lib*.a .; $ARMELD strip -v .; ls -A; for f in lib?.a; do $ARMELD restore -q $f; cmp $f "$FIXTURES"/x86_64-linux-debug/$f; done
