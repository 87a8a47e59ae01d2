/*
 * stop_signals: what asks a program that a person started to stop: Ctrl-C, the end of the terminal, kill.
 */
#pragma once

/* handler is called for SIGTERM, SIGINT and SIGHUP; a system call that it interrupts goes on. SIGINT and SIGHUP that
 * were ignored when the program began ('nohup', '&' in a script) stay so: who started it wants it to go on. */
void stop_signals_catch(void (*handler)(int number));
