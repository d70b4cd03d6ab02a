//! Reads ages and rocks from lines on standard input: `a text` an age, `l text` rocks, `f vocabulary text` terms.
#![allow(clippy::print_stdout)]

use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match line.split_once(' ') {
            Some(("a", text)) => age(text),
            Some(("l", text)) => rocks(text),
            Some(("f", rest)) => terms(rest),
            _ => {}
        }
    }
}

fn age(text: &str) {
    match terrane_geology::time::read_age(text) {
        Some(read) => {
            let id = |unit: Option<&terrane_geology::time::Unit>| unit.map_or("-".to_owned(), |unit| unit.id.clone());
            println!(
                "{text} => {}..{} {} .. {} process {:?} score {:.2} rest {:?} colour {}",
                read.age.older_ma,
                read.age.younger_ma,
                id(read.age.older),
                id(read.age.younger),
                read.process.map(terrane_geology::time::Process::id),
                read.score,
                read.rest,
                read.age.representative().id
            );
        }
        None => println!("{text} => nothing"),
    }
}

fn rocks(text: &str) {
    print!("{text} =>");
    for found in terrane_geology::vocabulary::lithologies_in(text) {
        print!(" {}[{:?} {:.2}]", found.concept.id, found.role, found.score);
    }
    println!();
}

fn terms(rest: &str) {
    let Some((vocabulary, text)) = rest.split_once(' ') else { return };
    print!("{rest} =>");
    for found in
        terrane_geology::vocabulary::named(vocabulary).into_iter().flat_map(|vocabulary| vocabulary.find(text, 4))
    {
        print!(" {}[{:.2}]", found.concept.id, found.score);
    }
    println!();
}
