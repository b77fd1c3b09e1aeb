use std::time::Duration;

/// The budget of one bundle. All archives in it draw from the same budget; the one that meets its end is left there with a
/// `limit` problem. Files outside archives are read in any case.
///
/// Which archive meets the end first depends on the order in which threads get to them.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes that may be unpacked whatever the size of the input.
    pub unpacked_bytes: u64,
    /// Which part of them slow decoders (bzip2, 7-Zip) may unpack: a quarter is 4.
    pub slow_share: u64,
    /// Bytes that may be unpacked in addition for each byte of input on disk.
    pub ratio: u64,
    /// How long a visit may take that has unpacked more than `ratio` times the size of its input, as bombs do.
    pub time: Duration,
    /// How much longer any visit may take for each MiB of its input. Zero: `time` holds for everything, files outside
    /// archives too.
    pub time_of_mib: Duration,
    /// Files in all, members of archives included.
    pub members: u64,
    /// Containers inside containers.
    pub depth: u32,
}

impl Default for Limits {
    /// 2 GiB (a quarter of that by bzip2 and 7-Zip, which take several times as long) and 100 times the input's size, one million files, eight
    /// containers deep. A small bomb is over in less than half a minute then, and an honest archive that unpacks to more
    /// than a hundred times its size is small.
    ///
    /// Without a clock, so that what is read follows from the input alone.
    fn default() -> Self {
        Limits {
            unpacked_bytes: 2 << 30,
            slow_share: 4,
            ratio: 100,
            time: Duration::MAX,
            time_of_mib: Duration::from_secs(2),
            members: 1_000_000,
            depth: 8,
        }
    }
}

impl Limits {
    /// The same with the usual time: 20 seconds of the clock end a bomb even where others keep the machine busy; an honest archive
    /// has 2 seconds more for each MiB, which is a hundredth of the speed of an idle machine, so that its report does not depend
    /// on the time.
    pub fn timed(self) -> Limits {
        Limits { time: Duration::from_secs(20), time_of_mib: Duration::from_secs(2), ..self }
    }
}
