/* Stands in for two programs that wine does not have.
 *
 *   wevtutil.exe epl CHANNEL FILE [/q:...]   copies %TIERLINE_TEST_EVTX% to FILE, as an export of the channel `System`; no other is there
 *   lock.exe FILE MARK                       holds FILE open so that nobody else may read it, until MARK is there
 */
#include <stdio.h>
#include <string.h>
#include <windows.h>

int main(int count, char **words) {
    if (strstr(words[0], "wevtutil")) {
        char from[MAX_PATH];
        if (count < 4 || strcmp(words[1], "epl") || strcmp(words[2], "System"))
            return 87;
        if (!GetEnvironmentVariableA("TIERLINE_TEST_EVTX", from, sizeof from))
            return 2;
        return CopyFileA(from, words[3], TRUE) ? 0 : 5;
    }
    HANDLE file = CreateFileA(words[1], GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 1;
    puts("locked");
    fflush(stdout);
    while (GetFileAttributesA(words[2]) == INVALID_FILE_ATTRIBUTES)
        Sleep(50);
    return 0;
}
