for page in "$MAN"/armeld.*; do mandoc -Tlint -Wwarning "$page"; done
