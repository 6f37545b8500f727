/* SPDX-License-Identifier: MIT */
/** What fixtures/x86_64-linux/main.c does, without the third library. */
unsigned a_run(unsigned n);
unsigned b_run(unsigned n);

int main(void)
{
    return !(a_run(1) == 1434 && b_run(2) == 1345);
}
