cp "$FIXTURES"/i686-msvc/*a.* .; f=$(ls); $ARMELD strip --bitcode --debug --locals --comments "$f"; $ARMELD verify "$f"; $ARMELD restore -q "$f"; cmp "$f" "$FIXTURES"/i686-msvc/"$f"
