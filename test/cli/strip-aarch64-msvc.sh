cp "$FIXTURES"/aarch64-msvc/*a.* .; f=$(ls); $ARMELD strip --bitcode --debug --locals --comments "$f"; $ARMELD verify "$f"; $ARMELD restore -q "$f"; cmp "$f" "$FIXTURES"/aarch64-msvc/"$f"
