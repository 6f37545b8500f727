cp "$FIXTURES"/x86_64-msvc-debug/*a.* .; f=$(ls); $ARMELD strip --bitcode --debug --locals --comments "$f"; $ARMELD verify "$f"; $ARMELD restore -q "$f"; cmp "$f" "$FIXTURES"/x86_64-msvc-debug/"$f"
