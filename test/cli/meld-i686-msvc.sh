cp "$FIXTURES"/i686-msvc/*.lib .; $ARMELD -v -o w.lib *.lib; ar t w.lib
