cp "$FIXTURES"/x86_64-linux/*.a .; $ARMELD -o w.a *.a <&- >&- 2>&-; echo $?; ls; head -c 7 w.a
