//! What other cases tell of a problem, in words. Of other customers it has numbers only, see
//! [`Recurrence`](crate::store::Recurrence).

use crate::diagnosis::Diagnosis;
use crate::signature::Day;
use crate::store::{Earlier, Recurrence, Store, StoreError};

/// So many earlier cases of the customer are named.
const NAMED: usize = 3;
/// So many steps that have solved cases are named.
const STEPS: usize = 3;

/// Returns what other cases tell, each a lower-case fragment.
pub fn told(recurrence: &Recurrence) -> Vec<String> {
    let mut told: Vec<String> = recurrence.own.iter().take(NAMED).map(earlier).collect();
    let named = u64::try_from(told.len()).unwrap_or_default();
    match recurrence.own_count.saturating_sub(named) {
        0 => {}
        more => told.push(format!("also in {more} more of this customer's cases")),
    }
    match recurrence.others {
        0 => {}
        1 => told.push("seen at 1 other customer".to_owned()),
        others => told.push(format!("seen at {others} other customers")),
    }
    let of = match recurrence.solved {
        1 => "the 1 case that was solved".to_owned(),
        solved => format!("{solved} cases that were solved"),
    };
    told.extend(recurrence.by.iter().take(STEPS).map(|(step, count)| format!("`{step}` has solved {count} of {of}")));
    told
}

fn earlier(it: &Earlier) -> String {
    let Some(closed) = it.closed else { return format!("also in case {} of this customer, which is open", it.case) };
    let day = Day::of_unix(u64::try_from(closed).unwrap_or(0));
    match &it.fixed_by {
        Some(step) => format!("also in case {} of this customer, fixed on {day} by: {step}", it.case),
        None => format!("also in case {} of this customer, closed on {day}", it.case),
    }
}

/// Notes in a diagnosis of a case what other cases tell of its problems.
pub fn note_recurrence(diagnosis: &mut Diagnosis, store: &Store, case: i64) -> Result<(), StoreError> {
    for known in &mut diagnosis.known {
        known.notes.extend(told(&store.recurrence(case, &known.signature.id)?));
    }
    for unresolved in &mut diagnosis.unresolved {
        unresolved.reasons.extend(told(&store.recurrence(case, &unresolved.id)?));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_cases_tell_is_in_words() {
        assert_eq!(told(&Recurrence::default()), Vec::<String>::new());
        let at = |case, closed, fixed_by: Option<&str>| Earlier { case, closed, fixed_by: fixed_by.map(str::to_owned) };
        let own =
            vec![at(9, None, None), at(8, Some(86_400), Some("a restart")), at(7, Some(0), None), at(6, None, None)];
        let by = vec![("a/b/c#1".to_owned(), 2)];
        let all = told(&Recurrence { own, own_count: 4, others: 2, solved: 3, by });
        let expected = [
            "also in case 9 of this customer, which is open",
            "also in case 8 of this customer, fixed on 1970-01-02 by: a restart",
            "also in case 7 of this customer, closed on 1970-01-01",
            "also in 1 more of this customer's cases",
            "seen at 2 other customers",
            "`a/b/c#1` has solved 2 of 3 cases that were solved",
        ];
        assert_eq!(all, expected);
        let one = Recurrence { others: 1, solved: 1, by: vec![("KB1".into(), 1)], ..Recurrence::default() };
        assert_eq!(told(&one), ["seen at 1 other customer", "`KB1` has solved 1 of the 1 case that was solved"]);
    }
}
