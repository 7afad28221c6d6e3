//! The generated files: what they should hold, writing them, and comparing them with what is there.

use crate::typescript;
use anchor_lang_idl::types::Idl;
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub struct Generated {
    path: PathBuf,
    text: String,
}

/// Both files of a program in the folder `out`.
pub fn of(idl: &Idl, out: &Path) -> Result<[Generated; 2]> {
    let file = |extension: &str, text: String| Generated {
        path: out.join(&idl.metadata.name).with_extension(extension),
        text,
    };
    Ok([file("json", serde_json::to_string_pretty(idl)? + "\n"), file("ts", typescript::render(idl)?)])
}

/// What a file holds. A formatter may have laid out the JSON otherwise; that is no difference, so it is read and laid out
/// as here. (The type is kept from formatters by a comment.)
fn present(path: &Path) -> std::io::Result<String> {
    let text = fs::read_to_string(path)?;
    if path.extension().is_some_and(|extension| extension == "json") {
        if let Ok(canonical) =
            serde_json::from_str::<Idl>(&text).and_then(|idl| serde_json::to_string_pretty(&idl))
        {
            return Ok(canonical + "\n");
        }
    }
    Ok(text)
}

/// Writes what differs; a file that is right keeps its date, so that nothing is built again because of it.
pub fn write(files: &[Generated]) -> Result<()> {
    for Generated { path, text } in files {
        if present(path).is_ok_and(|present| present == *text) {
            println!("{}: unchanged", path.display());
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}: written", path.display());
    }
    Ok(())
}

/// One sentence for each file that is missing or different, with the first line that differs.
pub fn differences(files: &[Generated]) -> Vec<String> {
    files.iter().filter_map(difference).collect()
}

fn difference(Generated { path, text }: &Generated) -> Option<String> {
    let Ok(present) = present(path) else {
        return Some(format!("{} is missing", path.display()));
    };
    if present == *text {
        return None;
    }
    let (mut here, mut expected) = (present.lines(), text.lines());
    let mut number = 0_usize;
    loop {
        number = number.saturating_add(1);
        match (here.next(), expected.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return Some(format!("{} differs in its line ends", path.display())),
            (a, b) => {
                let show = |line: Option<&str>| {
                    line.map_or("the end of the file".to_owned(), |text| format!("`{}`", text.trim()))
                };
                return Some(format!(
                    "{} is stale: line {number} is {}, the program says {}",
                    path.display(),
                    show(a),
                    show(b)
                ));
            }
        }
    }
}
