cp "$FIXTURES"/i686-msvc/*a.* .; f=$(ls); $ARMELD prelink --merge --strip=all "$f"; $ARMELD inspect --by member "$f"; $ARMELD verify "$f"; $ARMELD restore -q "$f"; cmp "$f" "$FIXTURES"/i686-msvc/"$f"
