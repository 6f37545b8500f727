command -v mandoc >/dev/null || exit 0; for page in "$MAN"/armeld.*; do mandoc -Tlint -Wwarning "$page"; done
