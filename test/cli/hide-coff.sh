cp "$FIXTURES"/x86_64-msvc/a.lib .; $ARMELD hide a.lib; $ARMELD hide -q --rename .1 a.lib; cmp a.lib "$FIXTURES"/x86_64-msvc/a.lib
