cp "$FIXTURES"/armv7-android/*a.* .; f=$(ls); $ARMELD strip --bitcode --debug --locals --comments "$f"; $ARMELD verify "$f"; $ARMELD restore -q "$f"; cmp "$f" "$FIXTURES"/armv7-android/"$f"
