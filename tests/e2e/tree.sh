# A small language for fake hosts, to be sourced. $tree is the root; every function writes below it.
# shellcheck shell=bash disable=SC2154

put() { # FILE TEXT: an attribute
        mkdir -p "$tree/${1%/*}"
        printf '%s\n' "$2" > "$tree/$1"
}

link() { # LINK TARGET, both below the root
        mkdir -p "$tree/${1%/*}"
        ln -sfn "$(realpath -ms --relative-to="$tree/${1%/*}" "$tree/$2")" "$tree/$1"
}

pci_dir() { echo "sys/devices/pci0000:3a/$1"; }

add_pci() { # BDF VENDOR:DEVICE DRIVER [PF]
        local dir; dir=$(pci_dir "$1")
        put "$dir/vendor" "0x${2%:*}"
        put "$dir/device" "0x${2#*:}"
        put "$dir/class" 0x020000
        put "$dir/revision" 0x00
        put "$dir/subsystem_vendor" "0x${2%:*}"
        put "$dir/subsystem_device" 0x0001
        put "$dir/numa_node" 0
        link "$dir/subsystem" sys/bus/pci
        link "$dir/driver" "sys/bus/pci/drivers/$3"
        mkdir -p "$tree/sys/bus/pci/drivers/$3"
        link "sys/bus/pci/drivers/$3/$1" "$dir"
        link "sys/bus/pci/devices/$1" "$dir"
        if [ -n "${4:-}" ]; then link "$dir/physfn" "$(pci_dir "$4")"; fi
}

add_vfio() { # BDF NUMBER GROUP: it is bound to a VFIO driver, and has a character device
        local dir; dir=$(pci_dir "$1")
        put "$dir/vfio-dev/vfio$2/dev" "511:$2"
        link "$dir/vfio-dev/vfio$2/device" "$dir"
        link "$dir/vfio-dev/vfio$2/subsystem" sys/class/vfio-dev
        link "sys/class/vfio-dev/vfio$2" "$dir/vfio-dev/vfio$2"
        mkdir -p "$tree/sys/kernel/iommu_groups/$3/devices"
        link "sys/kernel/iommu_groups/$3/devices/$1" "$dir"
        link "$dir/iommu_group" "sys/kernel/iommu_groups/$3"
}

model_of() { # BDF MODEL [PARAM=VALUE...]: attributes, as a driver would show them
        local dir names=; dir=$(pci_dir "$1")
        put "$dir/model" "$2"
        shift 2
        for p; do put "$dir/${p%%=*}" "${p#*=}"; names+="${names:+ }${p%%=*}"; done
        put "$dir/config_params" "$names"
}

# A PF with VFs that are VFIO devices of one model: 0000:3b:00.2, .3 and so on.
sample() { # COUNT
        local i bdf
        mkdir -p "$tree"/{etc,run,proc,dev,usr/lib} "$tree/sys/class/vfio-dev" "$tree/sys/bus/mdev/devices"
        add_pci 0000:3b:00.0 15b3:101d mlx5_core
        for ((i = 0; i < $1; i++)); do
                bdf=$(printf '0000:3b:%02x.%x' $(((i + 2) / 8)) $(((i + 2) % 8)))
                add_pci "$bdf" 15b3:101e mlx5_vfio_pci 0000:3b:00.0
                add_vfio "$bdf" "$i" $((40 + i))
                model_of "$bdf" https://vendor-a.com/my-nic rx-filter-size=64
        done
}
