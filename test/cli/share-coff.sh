cp "$FIXTURES"/x86_64-msvc/*.lib .; $ARMELD -q -o w.lib ?.lib; $ARMELD share -d out w.lib; ls
