//! Waiting for another pressure, as a thread.

use core::time::Duration;

use super::place::{Desk, Party};
use super::{PressureEnd, ReceiveEnd, Receiver, SendEnd, Sender};
use crate::Pressure;
use crate::wait::{Deadline, block_on};

impl<E: PressureEnd, D: Desk> Party<E, D> {
    /// `None`: the time is over.
    fn block_for_pressure(&mut self, deadline: Deadline) -> Option<Pressure> {
        let pressure = block_on(deadline, |cx| self.poll_pressure(cx));
        self.stop_waiting_for_pressure();
        pressure
    }

    fn block_for_pressure_for_ever(&mut self) -> Pressure {
        match self.block_for_pressure(Deadline::Never) {
            Some(pressure) => pressure,
            None => unreachable!("without a deadline no time is over"),
        }
    }
}

impl<P: SendEnd + PressureEnd, D: Desk> Sender<P, D> {
    /// Waits until the pressure is another one than this sender was last told of, as a thread, and says which: see
    /// [`pressure_changed`](Self::pressure_changed).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Pressure, channel};
    ///
    /// let (mut sender, mut receiver) = channel::spsc(1)?;
    /// sender.try_send("one").unwrap();
    /// assert_eq!(sender.blocking_pressure_changed(), Pressure::Stop);
    /// let takes = std::thread::spawn(move || (receiver.try_recv(), receiver));
    /// assert_eq!(sender.blocking_pressure_changed(), Pressure::Open);
    /// # takes.join().unwrap();
    /// # Ok::<(), forebay::CapacityError>(())
    /// ```
    pub fn blocking_pressure_changed(&mut self) -> Pressure {
        self.party.block_for_pressure_for_ever()
    }

    /// The same for so long at most. `None`: it has not changed.
    pub fn pressure_changed_timeout(&mut self, timeout: Duration) -> Option<Pressure> {
        self.party.block_for_pressure(Deadline::after(timeout))
    }
}

impl<C: ReceiveEnd + PressureEnd, D: Desk> Receiver<C, D> {
    /// Waits until the pressure is another one than this receiver was last told of, as a thread, and says which: see
    /// [`pressure_changed`](Self::pressure_changed).
    pub fn blocking_pressure_changed(&mut self) -> Pressure {
        self.party.block_for_pressure_for_ever()
    }

    /// The same for so long at most. `None`: it has not changed.
    pub fn pressure_changed_timeout(&mut self, timeout: Duration) -> Option<Pressure> {
        self.party.block_for_pressure(Deadline::after(timeout))
    }
}
