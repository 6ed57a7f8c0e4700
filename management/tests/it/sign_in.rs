//! Signing in while others try to keep everybody out.

use crate::house::{House, PASSWORD, houses};
use domain::origin::Origin;
use domain::{account::Role, time::HOUR};
use management::SignIn;
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

fn from(number: u32) -> Origin {
    Origin {
        address: Some(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number))),
        ..Origin::default()
    }
}

async fn try_to(
    house: &House,
    email: &str,
    password: &str,
    device: Option<&str>,
    origin: &Origin,
) -> SignIn {
    let answer = house.keyring.sign_in(email, password, device, origin).await;
    answer.expect("works")
}

async fn device(house: &House, email: &str) -> String {
    match try_to(house, email, PASSWORD, None, &Origin::default()).await {
        SignIn::Granted(signed_in) => signed_in.device,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_from_changing_addresses_do_not_lock_out_a_known_device() {
    for house in houses().await {
        house.add("Acme", "ada@example.com", Role::Owner).await;
        let device = device(&house, "ada@example.com").await;
        let house = Arc::new(house);
        let (stop, next) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU32::new(0)),
        );
        let busy = Arc::new(AtomicU32::new(0));
        let mut flood = tokio::task::JoinSet::new();
        for connection in 0..64 {
            let (house, stop, next, busy) =
                (house.clone(), stop.clone(), next.clone(), busy.clone());
            flood.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let origin = from(next.fetch_add(1, Ordering::Relaxed));
                    // Half of them guess at Ada's password, half at anybody's.
                    let email = match connection % 2 {
                        0 => "ada@example.com".to_owned(),
                        _ => format!("p{connection}@example.com"),
                    };
                    let answer = try_to(&house, &email, "a wrong guess", None, &origin).await;
                    busy.fetch_add(u32::from(matches!(answer, SignIn::Busy)), Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
            });
        }
        while busy.load(Ordering::Relaxed) < 100 {
            tokio::task::yield_now().await;
        }
        for n in 0..5 {
            let origin = from(0x00ff_0000 + n);
            let known = try_to(&house, "ada@example.com", PASSWORD, Some(&device), &origin).await;
            assert!(matches!(known, SignIn::Granted(_)), "{known:?}");
        }
        stop.store(true, Ordering::Relaxed);
        flood.join_all().await;
    }
}

#[tokio::test]
async fn guesses_at_one_account_are_limited_across_all_addresses() {
    for house in houses().await {
        house.add("Acme", "ada@example.com", Role::Owner).await;
        let mut heard = 0;
        for n in 0..60 {
            let answer = try_to(&house, "ada@example.com", "a wrong guess", None, &from(n)).await;
            heard += u32::from(matches!(answer, SignIn::Refused));
        }
        assert_eq!(heard, 20);
        house.clock.advance(HOUR);
        let later = try_to(&house, "ada@example.com", "a wrong guess", None, &from(99)).await;
        assert!(matches!(later, SignIn::Refused));
    }
}

#[tokio::test]
async fn a_session_can_be_made_fresh_while_others_guess() {
    for house in houses().await {
        house.add("Acme", "ada@example.com", Role::Owner).await;
        let session = house.sign_in("ada@example.com").await;
        for n in 0..40 {
            try_to(&house, "ada@example.com", "a wrong guess", None, &from(n)).await;
        }
        let proof = session
            .reauthenticate(PASSWORD, None, &from(0))
            .await
            .expect("works");
        assert!(matches!(proof, management::Reauthentication::Given(_)));
    }
}
