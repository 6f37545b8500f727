cp "$FIXTURES"/x86_64-msvc/*.lib .; $ARMELD --json -n -d out -o w.lib *.lib; ls
