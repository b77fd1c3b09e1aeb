/* bcryptprimitives.dll for a wine that has none: random numbers of the system. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T length) {
    return RtlGenRandom(to, (ULONG)length);
}
